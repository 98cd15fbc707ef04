"""Reading texts: opened rows, copies, gaps, calls, and what each leads to."""
