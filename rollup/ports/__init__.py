"""What the rollup asks of the world: an L1, a data layer, a clock. Adapters stand elsewhere and are found by entry point."""
