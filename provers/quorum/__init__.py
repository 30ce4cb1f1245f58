"""Settlement by the word of many: attesters execute, and sign what they came to."""
