// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Votes",
    targets: [.target(name: "Votes", swiftSettings: [])]
)
