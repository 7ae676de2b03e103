// @_exported import Kernel, in a comment
@_exported import Contracts
public import Kernel

let text = "@_exported import"
let pattern = #/@_exported\b/#
