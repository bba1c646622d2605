/* What the C and C++ programs share: a server that speaks as `dl-bench --serve` does. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Calls `call(context)` so often that a sample takes about 2 ms. */
static int serve(const char *name, void (*call)(void *), void *context) {
    static double samples[2000];
    double start = now_ns(), seconds;
    long calls = 0;
    for (; now_ns() - start < 3e8; calls++) call(context);
    calls = (long)(2e6 * calls / (now_ns() - start));
    if (calls < 1) calls = 1;
    printf("ready %s\n", name);
    fflush(stdout);
    while (scanf(" go %lf", &seconds) == 1) {
        int taken = 0;
        start = now_ns();
        while (taken < 5 || (taken < 2000 && now_ns() - start < seconds * 1e9)) {
            double begin = now_ns();
            for (long n = 0; n < calls; n++) call(context);
            samples[taken++] = (now_ns() - begin) / calls;
        }
        qsort(samples, taken, sizeof samples[0], ascending);
        printf("%.2f %.2f\n", samples[taken / 2], samples[0]);
        fflush(stdout);
    }
    return 0;
}

/* Numbers from -1 to 1. */
static float number(void) { return rand() / (float)RAND_MAX * 2 - 1; }
