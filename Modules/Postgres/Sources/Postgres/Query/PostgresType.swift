/// A Postgres data type, named by its object id.
///
/// The ids of built-in types are fixed: they are listed in `pg_type.dat` of the Postgres sources.
/// Types made by `CREATE TYPE` (enums, for example) have ids of 16384 and above.
public struct PostgresType: RawRepresentable, Hashable, Sendable {
    /// The object id, as in `pg_type.oid`.
    public let rawValue: UInt32

    /// Names a type by its object id.
    @inlinable
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Whether the type was made by the users of the database: an enum, a composite or an extension's type.
    @inlinable
    public var isUserDefined: Bool { rawValue >= 16384 }
}

extension PostgresType {
    @inlinable public static var bool: Self { .init(rawValue: 16) }
    @inlinable public static var bytea: Self { .init(rawValue: 17) }
    /// The internal one-byte type `"char"`, not `char(n)`.
    @inlinable public static var char: Self { .init(rawValue: 18) }
    @inlinable public static var name: Self { .init(rawValue: 19) }
    @inlinable public static var int8: Self { .init(rawValue: 20) }
    @inlinable public static var int2: Self { .init(rawValue: 21) }
    @inlinable public static var int4: Self { .init(rawValue: 23) }
    @inlinable public static var text: Self { .init(rawValue: 25) }
    @inlinable public static var oid: Self { .init(rawValue: 26) }
    @inlinable public static var json: Self { .init(rawValue: 114) }
    @inlinable public static var xml: Self { .init(rawValue: 142) }
    @inlinable public static var float4: Self { .init(rawValue: 700) }
    @inlinable public static var float8: Self { .init(rawValue: 701) }
    /// A literal whose type the server did not resolve.
    @inlinable public static var unknown: Self { .init(rawValue: 705) }
    /// `char(n)`.
    @inlinable public static var bpchar: Self { .init(rawValue: 1042) }
    @inlinable public static var varchar: Self { .init(rawValue: 1043) }
    @inlinable public static var date: Self { .init(rawValue: 1082) }
    @inlinable public static var timestamp: Self { .init(rawValue: 1114) }
    @inlinable public static var timestamptz: Self { .init(rawValue: 1184) }
    @inlinable public static var numeric: Self { .init(rawValue: 1700) }
    @inlinable public static var uuid: Self { .init(rawValue: 2950) }
    @inlinable public static var void: Self { .init(rawValue: 2278) }
    @inlinable public static var jsonb: Self { .init(rawValue: 3802) }

    @inlinable public static var boolArray: Self { .init(rawValue: 1000) }
    @inlinable public static var byteaArray: Self { .init(rawValue: 1001) }
    @inlinable public static var int2Array: Self { .init(rawValue: 1005) }
    @inlinable public static var int4Array: Self { .init(rawValue: 1007) }
    @inlinable public static var textArray: Self { .init(rawValue: 1009) }
    @inlinable public static var int8Array: Self { .init(rawValue: 1016) }
    @inlinable public static var float4Array: Self { .init(rawValue: 1021) }
    @inlinable public static var float8Array: Self { .init(rawValue: 1022) }
    @inlinable public static var dateArray: Self { .init(rawValue: 1182) }
    @inlinable public static var timestamptzArray: Self { .init(rawValue: 1185) }
    @inlinable public static var uuidArray: Self { .init(rawValue: 2951) }
    @inlinable public static var jsonArray: Self { .init(rawValue: 199) }
    @inlinable public static var jsonbArray: Self { .init(rawValue: 3807) }
}
