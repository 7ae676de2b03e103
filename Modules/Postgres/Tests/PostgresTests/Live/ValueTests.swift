import Foundation
import Testing

@testable import Postgres

/// Every type, there and back through a real server.
@Suite struct ValueTests {
    private func same<T: PostgresEncodable & PostgresDecodable & Equatable>(_ values: [T]) async throws {
        try await withClient { client in
            for value in values {
                let rows = try await client.read("SELECT \(value), \(Optional(value)), \(T?.none)")
                let (plain, some, none) = try rows[0].decode((T, T?, T?).self)
                #expect(plain == value)
                #expect(some == value)
                #expect(none == nil)
            }
        }
    }

    @Test func integers() async throws {
        try await same([Int.min, -1, 0, 1, Int.max])
        try await same([Int64.min, Int64.max])
        try await same([Int32.min, Int32.max])
        try await same([Int16.min, Int16.max])
    }

    @Test func doubles() async throws {
        try await same([0, -0.0, 1.5, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
        try await same([Float(1.25)])
        try await withClient { client in
            let rows = try await client.read("SELECT \(Double.nan)")
            #expect(try rows[0].decode(Double.self, 0).isNaN)
        }
    }

    @Test func texts() async throws {
        try await same(["", "plain", "quote ' and \" and \\ and $1", "\u{1}\u{7F}\u{202E}rtl", "👩‍👩‍👧", "\r\n\t"])
        try await same([String(repeating: "x", count: 300_000)])
        try await same([true, false])
        try await same([PostgresJSON(#"{ "b":1, "a": [null] , "b":2}"#)])
        try await same([PostgresJSONB(#"{"a": [null]}"#)])
        try await same([[UInt8]([]), [0, 1, 255]])
    }

    @Test func times() async throws {
        try await same([
            PostgresTimestamp(microseconds: 0), PostgresTimestamp(microseconds: -1),
            PostgresTimestamp(microseconds: 1_767_889_424_123_456), .infinity, .negativeInfinity,
            // 4713-01-01 BC, and the last moment that fits.
            PostgresTimestamp(microseconds: -210_866_803_200_000_000 + 31_536_000_000_000),
            PostgresTimestamp(microseconds: .max - 1),
        ])
        try await same([Date(timeIntervalSince1970: 1_767_889_424.25), Date(timeIntervalSinceReferenceDate: .infinity)])
        try await same([PostgresDate(days: 0), PostgresDate(year: 2024, month: 2, day: 29)!, .infinity])
        try await withClient { client in
            let rows = try await client.read(
                """
                SELECT TIMESTAMPTZ '2026-01-08 16:23:44.123456Z', DATE '0044-03-15 BC', TIMESTAMP '1999-12-31 23:59:59',
                    TIMESTAMPTZ 'infinity', TIMESTAMPTZ '294276-12-31 23:59:59Z'
                """
            )
            let row = rows[0]
            #expect(try row.decode(PostgresTimestamp.self, 0).microseconds == 1_767_889_424_123_456)
            #expect(row.timestamp(0).microseconds == 1_767_889_424_123_456)
            let ides = try row.decode(PostgresDate.self, 1)
            #expect((ides.year, ides.month, ides.day) == (-43, 3, 15))
            #expect(try row.decode(PostgresTimestamp.self, 2).microseconds == 946_684_799_000_000)
            #expect(try row.decode(PostgresTimestamp.self, 3) == .infinity)
            #expect(row.timestamp(4) == .infinity)
        }
    }

    @Test func arrays() async throws {
        try await same([[String](), ["a", "", "NULL", "{}", "\""]])
        try await same([[String?]](arrayLiteral: [], ["a", nil, "b"], [nil]))
        try await same([[Int](), [1, -2]])
        try await same([[Int64.min, .max]])
        try await same([[Int32](), [7]])
        try await same([[1.5, .infinity]])
        try await same([[true, false]])
        try await same([[UUID(), UUID()]])
        try await same([[PostgresTimestamp(microseconds: 5), .infinity]])
        try await same([[PostgresDate(days: 5)]])
        try await same([[[UInt8]]](arrayLiteral: [[], [0, 1]]))
        try await same([UUID()])
    }

    @Test func arraysAsRows() async throws {
        try await withClient { client in
            let names = ["a", "b", "c"]
            let notes: [String?] = ["x", nil, "z"]
            let rows = try await client.read(
                "SELECT n, note FROM unnest(\(names), \(notes)) AS t (n, note) ORDER BY n DESC"
            )
            #expect(try rows.map { try $0.decode(String.self, "n") } == ["c", "b", "a"])
            #expect(try rows.map { try $0.decode(String?.self, "note") } == ["z", nil, "x"])
        }
    }

    @Test func otherTypes() async throws {
        try await withClient { client in
            let rows = try await client.read(
                """
                SELECT sum(x), avg(x), 0::numeric, -12345678901234::numeric, 0.00001::numeric, 10000::numeric,
                    'n'::name, 'v'::varchar(5), 'c'::char(3), 1::oid, 99999999999999999999::numeric
                FROM unnest(ARRAY[1, 2]::int8[]) AS x
                """
            )
            let row = rows[0]
            #expect(try row.decode(Int.self, 0) == 3)
            #expect(try row.decode(Double.self, 1) == 1.5)
            #expect(try row.decode(Int.self, 2) == 0)
            #expect(try row.decode(Int64.self, 3) == -12_345_678_901_234)
            #expect(abs(try row.decode(Double.self, 4) - 0.00001) < 1e-12)
            #expect(try row.decode(Int.self, 5) == 10_000)
            #expect(try row.decode(String.self, 6) == "n")
            #expect(try row.decode(String.self, 7) == "v")
            #expect(try row.decode(String.self, 8) == "c  ")
            #expect(try row.decode(Int.self, 9) == 1)
            #expect(throws: PostgresError.self) { try row.decode(Int.self, 10) }
            #expect(throws: PostgresError.self) { try row.decode(Int.self, 1) }
        }
    }

    @Test func hotPath() async throws {
        try await withClient { client in
            let rows = try await client.read(
                "SELECT 1::int2, 2::int4, 3::int8, TRUE, 0.5::float8, 0.25::float4, 'text', NULL::int8"
            )
            let row = rows[0]
            #expect([row.int64(0), row.int64(1), row.int64(2)] == [1, 2, 3])
            #expect(row.int32(1) == 2)
            #expect(row.bool(3))
            #expect(row.double(4) == 0.5)
            #expect(row.double(5) == 0.25)
            #expect(row.string(6) == "text")
            #expect(row.withBytes(6) { Array($0) } == Array("text".utf8))
            #expect(row.isNull(7) && !row.isNull(0))
            #expect(row.int64(7) == 0)
        }
    }

    @Test func mismatches() async throws {
        try await withClient { client in
            let rows = try await client.read(
                "SELECT 'x'::text AS a, NULL::text AS b, 70000::int4 AS c, ARRAY[[1],[2]] AS d"
            )
            let row = rows[0]
            #expect(throws: PostgresError.self) { try row.decode(Int.self, 0) }
            #expect(throws: PostgresError.self) { try row.decode(String.self, 1) }
            #expect(throws: PostgresError.self) { try row.decode(Int16.self, 2) }
            #expect(throws: PostgresError.self) { try row.decode([Int32].self, 3) }
            #expect(throws: PostgresError.self) { try row.decode(Int.self, 4) }
            #expect(throws: PostgresError.self) { try row.decode(Int.self, "nothing") }
            #expect(rows.columnIndex("c") == 2)
            #expect(rows.columnIndex("C") == nil)
        }
    }

    @Test func valuesThatPostgresCannotHold() async throws {
        try await withClient { client in
            #expect(await kind(of: { try await client.read("SELECT \("a\u{0}b")") }) == .encoding)
            #expect(await kind(of: { try await client.write("SELECT \(["a", "\u{0}"])") }) == .encoding)
            #expect(
                await kind(of: { try await client.read("SELECT \(Date(timeIntervalSinceReferenceDate: .nan))") })
                    == .encoding
            )
            #expect(
                await kind(of: { try await client.read("SELECT \(PostgresTimestamp(microseconds: .min + 1))") })
                    == .encoding
            )
            #expect(await kind(of: { try await client.read(PostgresQuery(sql: "SELECT 1 \u{0}")) }) == .encoding)
            #expect(await kind(of: { try await client.write(PostgresQuery(sql: "SELECT 1 \u{0}")) }) == .encoding)
            let many = PostgresQuery(sql: "SELECT 1", binds: (0...65_535).map { PostgresBind($0) })
            #expect(await kind(of: { try await client.read(many) }) == .encoding)
        }
    }
}
