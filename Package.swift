// swift-tools-version: 6.2
import Foundation
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// One target of the project with the settings that all share.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: [], resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "lathe",
    products: [
        .executable(name: "lathe", targets: ["lathe"]),
        .executable(name: "lathe-kernel", targets: ["lathe-kernel"]),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CPython", pkgConfig: "python3-embed", providers: [.apt(["libpython3-dev"])]),
        .target(name: "CSandbox"),
        library("LatheVocabulary"),
        library("LatheWire", ["CSandbox"]),
        library("LatheSandbox", ["LatheVocabulary", "CSandbox"]),
        library("LatheKernelHost", ["LatheVocabulary", "LatheWire", "LatheSandbox", "CSandbox"]),
        library("LatheStore", ["LatheVocabulary", "CSQLite"]),
        library("LatheProviders", ["LatheVocabulary"]),
        library("LatheLibrary", ["LatheVocabulary"]),
        library("LatheEngine", ["LatheVocabulary"]),
        .executableTarget(
            name: "lathe-kernel",
            dependencies: ["CPython", "CSandbox", "LatheWire"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "lathe",
            dependencies: [
                "LatheVocabulary", "LatheSandbox", "LatheKernelHost", "LatheStore", "LatheProviders",
                "LatheLibrary", "LatheEngine",
            ],
            swiftSettings: strict
        ),
        tests("LatheVocabularyTests", ["LatheVocabulary"]),
    ]
)

// While parts are still being written: leave out what is not there yet. (Goes before the first release.)
func isThere(_ target: Target) -> Bool {
    let folder = Context.packageDirectory + (target.type == .test ? "/Tests/" : "/Sources/") + target.name
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return files.contains { $0.hasSuffix(".swift") || $0.hasSuffix(".c") || $0.hasSuffix(".modulemap") }
}
package.targets.removeAll { !isThere($0) }
let present = Set(package.targets.map(\.name))
for target in package.targets {
    target.dependencies.removeAll { dependency in
        if case .byNameItem(let name, _) = dependency { !present.contains(name) } else { false }
    }
}
package.products.removeAll { product in !present.contains(product.name) }
