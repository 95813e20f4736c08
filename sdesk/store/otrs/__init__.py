"""Reading the database of another desk: OTRS CE 5 and 6, Znuny and OTOBO. Nothing is ever written to it."""
