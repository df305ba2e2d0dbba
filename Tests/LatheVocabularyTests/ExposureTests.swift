import Testing

import LatheVocabulary

struct ExposureTests {
    private static func event(_ body: EventBody, at place: Place = .coordinator) -> Event {
        Event(sequence: 1, time: 1, place: place, body: body)
    }

    private static let carrier = Place.coordinator.child("UA")

    @Test func `a place has read what those above it have read, and they what it read only by its result`() {
        let events = [
            Self.event(
                .sessionOpened(
                    SessionOpened(
                        session: "s", version: "1", model: "m",
                        inputs: [DataInput(name: "flights", path: "/f.csv", format: .csv)], sandbox: []))),
            Self.event(
                .exposed(Exposed(cell: 1, kinds: [.private, .untrusted], cause: "web/fetch")), at: Self.carrier),
        ]
        var exposures = Exposures(events)
        #expect(exposures.of(.coordinator).causes == [.private: "input flights"])
        #expect(exposures.of(Self.carrier).read == "PRIVATE (web/fetch) and UNTRUSTED (web/fetch)")
        #expect(exposures.of(Self.carrier.child("below")).has(.untrusted))
        #expect(!exposures.of(Place.coordinator.child("AA")).has(.untrusted))
        #expect(exposures.all.text == "PRIVATE (input flights) and UNTRUSTED (web/fetch)")
        exposures.apply(
            Self.event(.exposed(Exposed(cell: 2, kinds: [.untrusted], cause: "UA: web/fetch"))))
        #expect(exposures.of(Place.coordinator.child("AA")).causes[.untrusted] == "UA: web/fetch")
        exposures.apply(
            Self.event(
                .toolUsed(
                    ToolUse(
                        cell: 3, server: "crm", tool: "add", ground: .once, seconds: 1, bytes: 1, isError: false,
                        isWayOut: true))))
        #expect(exposures.all.text.hasSuffix(", UNTRUSTED (UA: web/fetch) and SENT (crm/add)"))
    }

    @Test(
        arguments: [
            (true, false, false, false, ["private"]), (true, false, true, true, ["private", "untrusted"]),
            (true, true, false, true, ["private", "untrusted"]), (false, false, false, true, ["private"]),
            (nil, nil, false, true, ["private", "untrusted"]),
        ] as [(Bool?, Bool?, Bool, Bool, [String])])
    func `what only reads here and says so is no way out, and its answers are not of others`(
        reads: Bool?, reachesOut: Bool?, isRemote: Bool, isWayOut: Bool, exposes: [String]
    ) throws {
        var claims: [String: JSONValue] = [:]
        if let reads { claims["readOnlyHint"] = .bool(reads) }
        if let reachesOut { claims["openWorldHint"] = .bool(reachesOut) }
        let tool = try #require(
            ToolDefinition(server: "s", json: ["name": "t", "annotations": .object(claims)]))
        let source = ToolSource(definition: "", isRemote: isRemote, hasCredentials: isRemote)
        #expect(tool.isWayOut(source) == isWayOut)
        #expect(tool.exposes(source).map(\.rawValue) == exposes)
        let trusting = ToolRules(trusted: ["s/*"], allowExposed: ["*/t"])
        #expect(trusting.exposure(by: tool, source) == [.private])
        #expect(!trusting.guards(tool, source))
        #expect(ToolRules().guards(tool, source) == isWayOut)
        let distrusting = ToolRules(untrusted: ["s/*"], trusted: ["s/*"])
        #expect(distrusting.exposure(by: tool, source).contains(.untrusted))
        let own = ToolSource(definition: "", isRemote: false, hasCredentials: false, isOwn: true)
        #expect(tool.exposes(own) == (reachesOut == true ? [.private, .untrusted] : [.private]))
    }

    @Test
    func `a listed resource of a program here is no way out, and its words are of others unless the user trusts it`() {
        let listed = ToolDefinition(resource: "crm://contacts", of: "crm", isListed: true)
        let here = ToolSource(definition: "", isRemote: false, hasCredentials: false)
        #expect(!listed.isWayOut(here))
        #expect(ToolRules().exposure(by: listed, here) == [.private, .untrusted])
        #expect(ToolRules(trusted: ["crm/resource:*"]).exposure(by: listed, here) == [.private])
        let other = ToolDefinition(resource: "crm://elsewhere?q=1", of: "crm", isListed: false)
        #expect(other.isWayOut(here))
    }

    @Test(arguments: [
        ("a/b", true), ("a/*", true), ("*/*", true), ("a/b/c", true), ("a", false), ("/b", false), ("a/", false),
        ("a/b c", false), ("a/b\u{9B}", false), ("a/\n", false),
    ])
    func `a pattern names a server and a tool on one line`(text: String, isPattern: Bool) {
        #expect(ToolRules.isPattern(text) == isPattern)
    }
}
