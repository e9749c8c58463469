"""RQ: the workers, the ticker, and thin functions without arguments that ask the database what is due."""
