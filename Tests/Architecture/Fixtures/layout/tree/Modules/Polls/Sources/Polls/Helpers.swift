let helper = 1
