let tests = try! mayForce()!
