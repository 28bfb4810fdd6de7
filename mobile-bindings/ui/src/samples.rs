//! Named samples for the tests of pages. Sample people are masked; nobody real is meant.
