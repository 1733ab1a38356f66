"""Development tools: the simulator, the generator of docs, the fit of the ranking."""
