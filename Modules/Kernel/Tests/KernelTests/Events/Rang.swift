import Contracts

/// An event of these tests.
struct Rang: DomainEvent, Equatable {
    static let name = "test.rang"
    let bell: String
}
