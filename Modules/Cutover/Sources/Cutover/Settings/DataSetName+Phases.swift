extension DataSetName {
    /// The data set whose phase this one follows: consent changes together with messages, since a send reads and writes
    /// both (design, section 7).
    public var phased: DataSetName { self == .consent ? .messages : self }

    /// The data sets that have a phase of their own, in the order in which they leave KV.
    public static let withPhase: [DataSetName] = allCases.filter { $0.phased == $0 }

    /// Which phases it may have.
    public var phaseKind: PhaseState.Kind { self == .identity ? .identity : .ordinary }

    /// As in `USE_POSTGRES_<TYPE>`: the original called its people users.
    var switchName: String { self == .identity ? "users" : rawValue }
}
