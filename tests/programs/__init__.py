"""Small programs, random graphs, and a world to run them in."""
