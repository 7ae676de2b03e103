let test = 1
