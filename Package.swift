// swift-tools-version: 6.2
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

/// Built by `scripts/fuzz` alone: libFuzzer brings its own `main`, so nothing else can link it.
let fuzzing: [Target] =
    Context.environment["LATHE_FUZZ"] == nil
    ? []
    : [
        .executableTarget(
            name: "LatheFuzz",
            dependencies: ["CSandbox", "LatheVocabulary", "LatheWire", "LatheKernelHost"],
            path: "Tests/LatheFuzz",
            exclude: ["Seeds"],
            swiftSettings: strict
        )
    ]

let package = Package(
    name: "lathe",
    products: [
        .executable(name: "lathe", targets: ["lathe"]),
        .executable(name: "lathe-kernel", targets: ["lathe-kernel"]),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CPythonLibrary", pkgConfig: "python3-embed", providers: [.apt(["libpython3-dev"])]),
        .target(name: "CPython", dependencies: ["CPythonLibrary"]),
        .target(name: "CSandbox"),
        library("LatheVocabulary"),
        library("LatheWire", ["CSandbox"]),
        library("LatheSandbox", ["LatheVocabulary", "CSandbox"]),
        library("LatheKernelHost", ["LatheVocabulary", "LatheWire", "LatheSandbox", "CSandbox"]),
        library("LatheStore", ["LatheVocabulary", "CSQLite", "CCrypto"]),
        library("LatheProviders", ["LatheVocabulary", "CCurl"]),
        library("LatheLibrary", ["LatheVocabulary", "CCrypto"]),
        library("LatheTools", ["LatheVocabulary", "CCrypto"]),
        library("LatheRecall", ["LatheVocabulary", "LatheLibrary"]),
        library("LatheEngine", ["LatheVocabulary"]),
        library("LatheScreens", ["LatheVocabulary"]),
        library("LatheTelemetry", ["LatheVocabulary"]),
        .executableTarget(
            name: "lathe-kernel",
            dependencies: ["CPython", "CSandbox", "LatheWire", "LatheSandbox", "LatheVocabulary"],
            swiftSettings: strict,
            // The sandbox holds no Swift runtime.
            linkerSettings: [.unsafeFlags(["-static-stdlib"])]
        ),
        .executableTarget(
            name: "lathe",
            dependencies: [
                "CSandbox", "LatheVocabulary", "LatheSandbox", "LatheKernelHost", "LatheStore", "LatheProviders",
                "LatheLibrary", "LatheTools", "LatheRecall", "LatheEngine", "LatheScreens", "LatheTelemetry",
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "lathe-bench",
            dependencies: [
                "LatheVocabulary", "LatheKernelHost", "LatheEngine", "LatheProviders", "LatheStore", "LatheLibrary",
                "LatheTools", "LatheRecall",
            ],
            swiftSettings: strict
        ),
        .target(
            name: "LatheTestSupport",
            dependencies: [
                "CSandbox", "LatheVocabulary", "LatheEngine", "LatheKernelHost", "LatheSandbox", "LatheStore",
                "LatheLibrary", "LatheRecall",
            ],
            path: "Tests/LatheTestSupport",
            swiftSettings: strict
        ),
        tests("LiveTests", ["LatheTestSupport", "LatheVocabulary"]),
        tests("LatheVocabularyTests", ["LatheVocabulary"]),
        tests("LatheWireTests", ["LatheWire"]),
        tests("LatheSandboxTests", ["LatheSandbox", "LatheVocabulary"]),
        tests(
            "LatheKernelHostTests",
            ["LatheKernelHost", "LatheSandbox", "LatheVocabulary", "LatheWire"]
        ),
        tests(
            "EscapeTests",
            [
                "LatheTestSupport", "LatheEngine", "LatheKernelHost", "LatheRecall", "LatheSandbox", "LatheScreens",
                "LatheStore", "LatheTools", "LatheVocabulary",
            ]
        ),
        tests("LatheEngineTests", ["LatheEngine", "LatheVocabulary", "LatheTestSupport"]),
        tests("LatheStoreTests", ["LatheStore", "LatheVocabulary", "CSQLite"]),
        tests("LatheLibraryTests", ["LatheLibrary", "LatheVocabulary"]),
        tests("LatheToolsTests", ["LatheTools", "LatheVocabulary"]),
        tests("LatheRecallTests", ["LatheTestSupport", "LatheRecall", "LatheVocabulary"]),
        tests("LatheTelemetryTests", ["LatheTelemetry", "LatheVocabulary"]),
        tests("LatheScreensTests", ["LatheScreens", "LatheVocabulary"]),
        tests(
            "LatheProvidersTests",
            ["LatheProviders", "LatheVocabulary", "CCurl"],
            resources: [.copy("Fixtures")]
        ),
    ] + fuzzing
)
