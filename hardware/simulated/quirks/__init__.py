"""The known quirks of real modems, each by a name, alone and mixed."""
