//! AS2 against itself, against what is wrong with a message, and against pyas2lib, which shares
//! no code with it.

mod bad;
mod house;
mod keys;
mod own;
mod peer;
mod pyas2;
