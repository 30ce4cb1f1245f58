"""Commands of `tandem` that provers bring."""
