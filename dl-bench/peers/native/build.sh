#!/bin/sh
# Builds the C and C++ peers whose sources are unpacked in the directory SOURCES; dl-bench/README.md says where to get
# them.
#     sh build.sh SOURCES
set -eu
here=$(cd "$(dirname "$0")" && pwd)
genann=$(echo "$1"/cynn-*/thirdparty/genann)
kann=$(echo "$1"/cynn-*/thirdparty/kann)
rtneural=$(echo "$1"/guitarix-*/src/RTNeural/RTNeural)
flags="-O3 -march=native -ffast-math -I$here"
mkdir -p "$here/target"
cd "$here/target"

if [ -d "$genann" ]; then
    cc $flags -I"$genann" ../genann.c "$genann/genann.c" -lm -o genann
fi
if [ -d "$kann" ]; then
    cc $flags -I"$kann" ../kann.c "$kann/kann.c" "$kann/kautodiff.c" -lm -o kann
fi
if [ -d "$rtneural" ]; then
    flags="$flags -std=c++17 -I$rtneural -DRTNEURAL_NAMESPACE=RTNeural -DRTNEURAL_DEFAULT_ALIGNMENT=64"
    eigen="-DRTNEURAL_USE_EIGEN=1 -DEIGEN_STACK_ALLOCATION_LIMIT=0 -I$rtneural/modules/Eigen"
    c++ $flags $eigen ../rtneural.cpp -o rtneural-eigen
    c++ $flags -DRTNEURAL_USE_XSIMD=1 -I"$rtneural/modules/xsimd/include" ../rtneural.cpp -o rtneural-xsimd
fi
ls
