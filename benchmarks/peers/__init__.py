"""The same work as others would do it, under the same conditions."""
