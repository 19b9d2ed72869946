//! XML, read tolerantly and safely.
