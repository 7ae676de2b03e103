// try! and value! in a comment
let text = "try! value! as! \(Int("1")!)"
let fine = !flag && a != b && list[0] != c && (x) != y
let raw =
    #"a "quoted" value!"# + """
        value! in "text"
        """
let pattern = #/"[^"]*!"/#
let number = try! parse(text)
let first = list.first!
let nested = (try? parse(text))!.name
let cast = value as! Int
var outlet: String!
let element = list[0]!
