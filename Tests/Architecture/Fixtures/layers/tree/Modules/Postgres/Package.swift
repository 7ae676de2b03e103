// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Postgres",
    targets: [
        .target(name: "Postgres", dependencies: ["CPostgres"]), .systemLibrary(name: "CPostgres", pkgConfig: "libpq"),
    ]
)
