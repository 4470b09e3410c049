"""The desk's own staff: who they are, how they come in, what opens for a program in their name. Nobody who is written about."""
