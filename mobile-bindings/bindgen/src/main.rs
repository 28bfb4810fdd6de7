//! Writes the other languages' side of `waiqin-mobile`:
//! `waiqin-bindgen generate --language python --out-dir DIR libwaiqin_mobile.so`.

fn main() {
    uniffi::uniffi_bindgen_main();
}
