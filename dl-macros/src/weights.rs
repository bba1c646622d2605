//! `weights!`: the header of a safetensors file, read while compiling. What it says is compared with the network by
//! `dl::weights::load`, for only the compiler knows the network.

use std::path::{Path, PathBuf};

use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;
use safetensors::SafeTensors;
use safetensors::tensor::{Metadata, SafeTensorError};
use syn::parse::{Parse, ParseStream};
use syn::{Error, LitStr, Token};

use crate::args::CRATE;

/// PyTorch counts batches in a buffer that nothing here needs.
const COUNTER: &str = "num_batches_tracked";

/// `"file.safetensors"`, and perhaps `crate = path`.
struct Args {
    file: LitStr,
    dl: syn::Path,
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let file = input.parse().map_err(|error| {
            Error::new(error.span(), "which file?\nhelp: write its name: `weights!(\"net.safetensors\")`")
        })?;
        let mut dl = syn::parse_str(CRATE)?;
        if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            dl = input.call(syn::Path::parse_mod_style)?;
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(Args { file, dl })
    }
}

pub(crate) fn weights(args: TokenStream) -> TokenStream {
    syn::parse2(args).and_then(|args| read(&args)).unwrap_or_else(Error::into_compile_error)
}

/// A call, made while compiling, of what checks and places the numbers.
fn read(Args { file, dl }: &Args) -> syn::Result<TokenStream> {
    let name = file.value();
    let error = |message: String| Error::new_spanned(file, message);
    let path = resolved(file).map_err(|cause| error(format!("`{name}` cannot be found: {cause}")))?;
    let content = std::fs::read(&path).map_err(|cause| {
        let at = path.display();
        error(format!(
            "`{name}` cannot be read: {cause}\nhelp: it is looked for beside the source file, at {at}"
        ))
    })?;
    let (header, metadata) = SafeTensors::read_metadata(&content).map_err(|cause| {
        error(format!("`{name}` is no safetensors file: {cause}\nhelp: {}", remedy(&cause)))
    })?;
    let Some(path) = path.to_str() else {
        return Err(error(format!("the path of `{name}` is no text: {}", path.display())));
    };
    let span = file.span();
    let tensors = metadata.offset_keys().into_iter().filter_map(|name| {
        let tensor = metadata.info(&name).filter(|_| name.rsplit('.').next() != Some(COUNTER))?;
        let (dtype, at) =
            (format!("{:?}", tensor.dtype), Literal::usize_unsuffixed(8 + header + tensor.data_offsets.0));
        let shape = tensor.shape.iter().map(|&n| Literal::usize_unsuffixed(n));
        Some(quote_spanned!(span=>
            #dl::weights::Tensor { name: #name, dtype: #dtype, shape: &[#(#shape),*], at: #at }
        ))
    });
    let architecture = match architecture(&metadata) {
        Some(hash) => quote_spanned!(span=> ::core::option::Option::Some(#hash)),
        None => quote_spanned!(span=> ::core::option::Option::None),
    };
    Ok(quote_spanned!(span=> {
        // the file's length bounds what is computed
        #[allow(long_running_const_eval)]
        let net = const {
            #dl::weights::load(&#dl::weights::File {
                name: #file,
                architecture: #architecture,
                tensors: &[#(#tensors),*],
                bytes: ::core::include_bytes!(#path),
            })
        };
        net
    }))
}

/// The path of a file beside the one that names it; of a text that is in no file, beside the manifest.
fn resolved(file: &LitStr) -> std::io::Result<PathBuf> {
    let source = file.span().unwrap().local_file();
    let folder = match source.as_deref().and_then(Path::parent) {
        Some(folder) => folder.to_owned(),
        None => std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from),
    };
    std::path::absolute(folder.join(file.value()))
}

/// The hash of the layers that the network had when it was saved.
fn architecture(metadata: &Metadata) -> Option<u32> {
    let text = metadata.metadata().as_ref()?.get("architecture")?;
    u32::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

fn remedy(error: &SafeTensorError) -> &'static str {
    use SafeTensorError as E;
    match error {
        E::MetadataIncompleteBuffer | E::InvalidHeaderLength => "it seems to be truncated",
        _ => "write it with `dl::host::io::safetensors::save`, or with `safetensors.torch.save_file`",
    }
}
