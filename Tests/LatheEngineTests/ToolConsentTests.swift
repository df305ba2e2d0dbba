import LatheEngine
import LatheTestSupport
import LatheVocabulary
import Testing

/// What code may call, who is asked, and for how long an answer holds.
struct ToolConsentTests {
    private static let shop = ScriptedTools.self

    private static func tools() -> ScriptedTools {
        ScriptedTools(
            [
                shop.tool("shop/price", reads: true, reachesOut: false), shop.tool("shop/sell", reachesOut: false),
                shop.tool("web/fetch", reads: true, reachesOut: true), shop.tool("web/fails"),
                shop.tool("mail/send", reachesOut: false),
            ].compactMap { $0 })
    }

    /// What cells printed, and how they failed, by place.
    private static func told(_ session: TestSession) async -> [String: String] {
        var told: [String: String] = [:]
        for event in await session.journal.events(after: 0) {
            guard case .cellFinished(let result) = event.body else { continue }
            told[event.place.description, default: ""] += result.stdout.head + (result.failure?.message ?? "")
        }
        return told
    }

    private static func run(
        _ code: String, _ access: ScriptedTools, _ rules: ToolRules = ToolRules(), _ consent: ScriptedConsent?,
        past: [Event] = [], kept: KeptAnswers? = nil, subtasks: [String: String] = [:]
    ) async throws -> (told: [String: String], events: [Event]) {
        let tools = SessionTools(access: access, rules: rules, consent: consent, kept: kept)
        let model = ScriptedModel { place, turn in
            guard turn == 0 else { return nil }
            return place == .coordinator
                ? .code(code + "\nlathe.answer('done')") : subtasks[place.description].map { .code($0) }
        }
        return try await TestSession.run(model, past: past, tools: tools) { session in
            let outcome = try await session.engine.ask("Work")
            let told = await Self.told(session)
            #expect(outcome.status == .complete, "\(outcome.reason) \(told)")
            return (told, await session.journal.events(after: 0))
        }
    }

    private static let trying = """
        def tried(f, *arguments, **named):
            try:
                return f(*arguments, **named)
            except lathe.LatheError as error:
                return f"{error.code}: {error}"

        """

    @Test func `an answer for the session holds in its next run, for subtasks, and for this definition`() async throws {
        let access = Self.tools()
        let consent = ScriptedConsent { _ in .session }
        let sell = "from lathe.tools.shop import sell\nprint(sell())\n"
        let first = try await Self.run(
            sell + "print(lathe.delegate('Sell.', 'sell', label='below').result())", access, ToolRules(), consent,
            subtasks: ["coordinator/below": sell + "lathe.answer('sold')"])
        #expect(first.told["coordinator"] == "sell\nsold\n")
        #expect(consent.requests.count == 1)
        _ = try await Self.run(sell, access, ToolRules(), consent, past: first.events)
        #expect(consent.requests.count == 1)
        #expect(access.calls.count == 3)
        access.change("shop/sell", to: "2")
        _ = try await Self.run(sell, access, ToolRules(), consent, past: first.events)
        #expect(consent.requests.count == 2)
    }

    @Test func `always holds beyond the session, and a rule that asks takes no always`() async throws {
        let access = Self.tools()
        let kept = KeptAnswers(AnswersInMemory(), in: "/p")
        let consent = ScriptedConsent { $0.reason.takesAlways ? .always : .once }
        let code = "import lathe.tools.shop as shop\nprint(shop.sell(), shop.price(), shop.sell())\n"
        let rules = ToolRules(ask: ["shop/pr*"])
        _ = try await Self.run(code, access, rules, consent, kept: kept)
        #expect(consent.requests.map(\.reason) == [.unnamed, .rule("shop/pr*")])
        let again = try await Self.run(code, access, rules, consent, kept: kept)
        #expect(consent.requests.count == 3)
        let grounds = again.events.compactMap { event in
            if case .toolUsed(let use) = event.body { use.ground } else { nil }
        }
        #expect(grounds == [.always, .once, .always])
        access.change("shop/sell", to: "2")
        _ = try await Self.run(code, access, rules, consent, kept: kept)
        #expect(consent.requests.map(\.tool) == ["sell", "price", "price", "sell", "price"])
    }

    @Test func `code that has read what others wrote asks before anything goes out, rules or not`() async throws {
        let access = Self.tools()
        let consent = ScriptedConsent { request in
            if case .exposed = request.reason { .once } else { .no }
        }
        let rules = ToolRules(allow: ["*"])
        let code =
            Self.trying + """
                from lathe.tools import shop, web, mail
                print(mail.send(to="before"))
                print(tried(web.fails))
                print(shop.price(), tried(mail.send, to="after"))

                """
        let done = try await Self.run(code, access, rules, consent)
        #expect(consent.requests.map(\.arguments) == [["to": "after"]])
        guard case .exposed(let exposure) = try #require(consent.requests.first).reason else {
            Issue.record("asked for another reason")
            return
        }
        #expect(exposure.causes[.untrusted] == "web/fails", "words of a server are read from its errors too")
        let told = try #require(done.told["coordinator"])
        #expect(told.hasSuffix("price send\n"), "\(told)")
        // A call that failed on its way went out all the same.
        let failed = done.events.compactMap { event in
            if case .toolUsed(let use) = event.body, use.tool == "fails" { use } else { nil }
        }
        #expect(failed.map(\.failure) == [.refused])
        #expect(failed.allSatisfy { $0.isWayOut == true && $0.isUntrusted == true && $0.isError })

        // Nobody to ask: no, with the mend; and the user's own setting is heeded.
        let alone = try await Self.run(code, access, rules, nil)
        let refused = alone.told["coordinator"] ?? ""
        #expect(refused.contains("can carry data out, this session has read"), "\(refused)")
        let free = ToolRules(allow: ["*"], allowExposed: ["mail/*"])
        let freed = try await Self.run(code, access, free, nil)
        #expect(freed.told["coordinator"]?.hasSuffix("price send\n") == true)
        let trusting = ToolRules(allow: ["*"], trusted: ["web/*"])
        let trusted = try await Self.run(code, access, trusting, nil)
        #expect(trusted.told["coordinator"]?.hasSuffix("price send\n") == true)
    }

    @Test func `what a subtask read comes to its parent with its result, and on to later ones`() async throws {
        let access = Self.tools()
        let consent = ScriptedConsent { _ in .once }
        let send = "from lathe.tools.mail import send\nsend(by='{}')\n"
        let code = """
            from lathe.tools.mail import send
            reader = lathe.delegate('Read.', 'read', label='reader')
            sister = lathe.delegate('Send.', 'send', label='sister')
            print(sister.result())
            send(by='early')
            print(reader.result())
            send(by='late')
            print(lathe.delegate('Send.', 'send', label='heir').result())

            """
        let done = try await Self.run(
            code, access, ToolRules(allow: ["*"]), consent,
            subtasks: [
                "coordinator/reader": "from lathe.tools.web import fetch\nlathe.answer(fetch())",
                "coordinator/sister": send.replacing("{}", with: "sister") + "lathe.answer('sent')",
                "coordinator/heir": send.replacing("{}", with: "heir") + "lathe.answer('sent')",
            ])
        #expect(consent.requests.map { $0.arguments.text } == [#"{"by":"late"}"#, #"{"by":"heir"}"#])
        #expect(consent.requests.map(\.place.description) == ["coordinator", "coordinator/heir"])
        #expect(consent.requests.map { $0.agent == nil } == [true, false])
        #expect(Exposures(done.events).of(.coordinator).causes[.untrusted] == "reader: web/fetch")
        // After a stop the journal tells the same.
        _ = try await Self.run(
            "from lathe.tools.mail import send\nsend()", access, ToolRules(allow: ["*"]), consent, past: done.events)
        #expect(consent.requests.count == 3)
    }

    @Test func `what is called is what was asked about, though its definition changes meanwhile`() async throws {
        let access = Self.tools()
        let consent = ScriptedConsent { _ in
            access.change("shop/sell", to: "another")
            return .session
        }
        let done = try await Self.run(
            Self.trying + "from lathe.tools.shop import sell\nprint(tried(sell))", access, ToolRules(), consent)
        #expect(done.told["coordinator"]?.contains("changed while the user was asked about it") == true)
        #expect(access.calls.isEmpty)
    }

    @Test func `an agent calls the tools of its list alone, and so do agents that it defines`() async throws {
        let access = Self.tools()
        let code =
            Self.trying + """
                clerk = lathe.agent('clerk', 'Sell.', tools=['shop/*'])
                print(lathe.delegate(clerk, 'sell', label='clerk').result())
                lathe.save_agent('reader', 'Read.', str, tools=['web/fetch'])
                print(lathe.delegate('reader', 'read', label='reader').result())
                print(tried(lathe.agent, 'x', 'Do.', tools='shop/*'))

                """
        let use = """
            def used(name):
                server, tool = name.split('/')
                try:
                    return getattr(getattr(lathe.tools, server), tool)()
                except Exception as error:
                    return f'{type(error).__name__}: {error}'

            def told(*names):
                return '; '.join(used(one) for one in names)

            """
        let done = try await Self.run(
            code, access, ToolRules(allow: ["*"], trusted: ["*"]), nil,
            subtasks: [
                "coordinator/clerk": use + """
                    wide = lathe.agent('wide', 'Any.', tools=['*/*'])
                    below = lathe.delegate(wide, 'any', label='below').result()
                    lathe.answer(told('shop/sell', 'web/fetch') + '; ' + str(dir(lathe.tools.web)) + '; ' + below)
                    """,
                "coordinator/clerk/below": use + "lathe.answer(told('mail/send'))",
                "coordinator/reader": use + "lathe.answer(told('web/fetch', 'web/fails'))",
            ])
        let lines = try #require(done.told["coordinator"]).split(separator: "\n").map(String.init)
        let refusal = "agent clerk may call only shop/*, as its TOOLS say: do without "
        let clerk = "sell; AttributeError: \(refusal)web/fetch; []; AttributeError: \(refusal)mail/send"
        #expect(lines[0].hasPrefix(clerk), "\(lines)")
        let reader = "fetch; AttributeError: agent reader may call only web/fetch, as its TOOLS say"
        #expect(lines[1].hasPrefix(reader), "\(lines)")
        #expect(lines[2].contains("TOOLS is a list of patterns of SERVER/TOOL"), "\(lines)")
        #expect(access.calls == ["shop/sell {}", "web/fetch {}"])
    }
}
