// begun in the next commits
