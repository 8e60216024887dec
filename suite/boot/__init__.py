"""How the suite comes up: embedded servers, browser packages, the launcher behind `make run`, the test servers."""
