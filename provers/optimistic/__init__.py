"""Settlement by fraud proof: a game over the steps of a batch, and the evidence with which L1 executes one of them."""
