"""The planner's page in the browser: what if? Everything is drawn by the server, on this computer, without internet."""
