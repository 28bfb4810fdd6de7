//! mobile-bindings/ui
