let read = "SELECT id FROM polls"
