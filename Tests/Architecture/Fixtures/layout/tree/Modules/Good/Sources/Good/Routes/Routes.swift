let route = 1
