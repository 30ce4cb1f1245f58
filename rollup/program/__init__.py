"""The program language: what authors import, and how an action becomes a graph."""
