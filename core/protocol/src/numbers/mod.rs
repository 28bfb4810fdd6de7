//! The numbers of a court: case numbers, identifiers, money, fees, days.
