//! Tests of the house as a whole: its layers, the binary as an operator runs it, and its bad days.
//!
//! Nothing is exported. Start reading at `house/main.rs`.
