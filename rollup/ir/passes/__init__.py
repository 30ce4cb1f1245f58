"""What is done to code between tracing and use: passes, each from a graph to one that computes the same."""
