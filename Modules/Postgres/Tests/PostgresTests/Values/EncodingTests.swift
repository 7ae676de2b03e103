import Testing

@testable import Postgres

@Suite struct EncodingTests {
    @Test func interpolationBinds() {
        let handle = "seth"
        let age: Int? = nil
        let query: PostgresQuery = "SELECT \(handle), \(age) FROM \(unescaped: "t")"
        #expect(query.sql == "SELECT $1, $2 FROM t")
        #expect(query.binds.map(\.type) == [.text, .int8])
        #expect(query.binds.map(\.bytes) == [Array("seth".utf8), nil])
    }
}
