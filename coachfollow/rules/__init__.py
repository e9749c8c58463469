"""DECIDES. Pure: values in, values out; no Flask, SQL, Redis, network or clock."""
