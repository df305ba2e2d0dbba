import Foundation
import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Tables and arrays that subtasks answer with, through the engine and real kernels.
@Suite(.serialized) struct DataResultTests {
    private static let agent = """
        agent = lathe.agent(name="maker", instructions="Make it.", returns={"rows": lathe.Table, "a": lathe.Array, "n": int})
        one = lathe.delegate(agent, "make", data=[4]).outcome()

        """
    private static let making = """
        df = pd.DataFrame({"n": np.arange(data[0] * 100_000), "s": "text"})
        lathe.answer({"rows": df, "a": np.arange(6.0).reshape(2, 3), "n": len(df)})
        """

    private func model(_ coordinator: [String], _ subtask: [String] = [making]) -> ScriptedModel {
        ScriptedModel { place, index in
            let code = place == .coordinator ? coordinator : subtask
            return code.indices.contains(index) ? .code(code[index]) : nil
        }
    }

    @Test func `data comes back as handles that show no value, and is taken once`() async throws {
        let use = """
            shown = repr(one.value["rows"]) + repr(one.value["a"]) + repr(one)
            df, a = one.value["rows"].to_pandas(), one.value["a"].numpy()
            assert df.shape == (400_000, 2) and df.n.sum() == 79999800000 and set(df.s) == {"text"}, df
            assert (a == np.arange(6.0).reshape(2, 3)).all()
            df.loc[0, "n"] = 7; a[0, 0] = 9
            assert one.value["rows"].to_polars().shape == (400_000, 2) and one.value["rows"].arrow().num_rows == 400_000
            lathe.answer(f"{one.value['n']} {'text' in shown.replace('.', '')} {len(shown) < 1500}")
            """
        let model = model([Self.agent + use])
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "400000 False True", "\(outcome)")
            #expect(await session.engine.dataWaiting == 0)
            let text = await session.journal.events(after: 0).map { "\($0)" }.joined()
            #expect(text.contains("coordinator/maker:1"))
            #expect(!text.contains("79999800000\""))
        }
    }

    @Test func `one table alone can be the whole result, and slices of it go on to others`() async throws {
        let code = """
            agent = lathe.agent(name="maker", instructions="Make it.", returns=lathe.Table)
            out = lathe.delegate_each(agent, {"a": [1], "b": [2]})
            second = lathe.agent(name="adder", instructions="Add.", returns=int)
            sums = lathe.delegate_each(second, {o.label: o.value for o in out})
            lathe.answer(str([o.value for o in sums]))
            """
        let model = ScriptedModel { place, index in
            guard index == 0 else { return nil }
            if place == .coordinator { return .code(code) }
            return .code(
                "lathe.answer(pd.DataFrame({'n': [data[0], 5]}) if isinstance(data, list) else int(data.n.sum()))")
        }
        try await TestSession.run(model) { session in
            let answer = try await session.engine.ask("x").answer
            #expect(answer == "[6, 7]")
            #expect(await session.engine.dataWaiting == 0)
        }
    }

    @Test func `what nobody takes goes with its handle, its maker's failure and its owner`() async throws {
        let drop = """
            import gc
            before = one.status
            one.value["a"].drop()
            del one; gc.collect()
            lathe.delegate(agent, "fail", data=[1]).outcome()
            lathe.answer(before)
            """
        let model = ScriptedModel { place, index in
            switch (place.path.last, index) {
            case ("coordinator", 0): .code(Self.agent + drop)
            case ("maker", 0): .code(Self.making)
            case ("maker#2", 0): .code(Self.making + "\nraise ValueError('after all')")
            case ("maker#2", 1): .text("{}")
            default: nil
            }
        }
        try await TestSession.run(model) { session in
            let answer = try await session.engine.ask("x").answer
            #expect(answer == "complete")
            #expect(await session.engine.dataWaiting == 0)
        }
    }

    @Test func `what does not fit the schema is refused with the mend, and can be mended`() async throws {
        let wrong = "lathe.answer({'rows': 5, 'a': [1, 2], 'n': 1})"
        let objects = "lathe.answer({'rows': pd.DataFrame({'m': [1, {}]}), 'a': np.zeros(1), 'n': 1})"
        let model = model(
            [Self.agent + "lathe.answer(one.status + str(one.value['rows'].rows))"], [wrong, objects, Self.making])
        try await TestSession.run(model) { session in
            let answer = try await session.engine.ask("x").answer
            #expect(answer == "complete400000")
            let told = model.requests.filter { $0.place.depth == 1 }.flatMap(\.messages).map { "\($0)" }.joined()
            #expect(told.contains("a int is no table: give a DataFrame"))
            #expect(told.contains("cannot become a table"))
        }
    }

    @Test func `data over the limits is refused by name`() async throws {
        var limits = EngineLimits()
        limits.dataResultBytes = 3_000_000
        let model = model(
            [Self.agent + "lathe.answer(one.status)"], [Self.making, "data = [0]\n" + Self.making])
        try await TestSession.run(model, limits: limits) { session in
            let answer = try await session.engine.ask("x").answer
            #expect(answer == "complete")
            let told = model.requests.filter { $0.place.depth == 1 }.flatMap(\.messages).map { "\($0)" }.joined()
            #expect(told.contains("is larger than 3000000; return fewer rows"))
        }
    }

    @Test func `forged, foreign and unfinished data is refused`() async throws {
        let forged = """
            import mmap, _lathe_channel
            said = []
            call = lathe._channel.call
            for value in ({"$data": "coordinator/maker:9"}, {"$data": {"id": "x", "kind": "table", "bytes": 1}}, {"$data": 1}):
                try: call("answer", {"value": {"rows": value, "a": value, "n": 1}})
                except lathe.LatheError as error: said.append(error.code)
            for name in ("take_data",):
                try: call(name, {"id": "coordinator/maker:1"})
                except lathe.LatheError as error: said.append(error.code)
            reply = call("data_file", {"kind": "ndarray", "bytes": 4096, "dtype": "|u1", "shape": [4096]})
            held = mmap.mmap(reply.descriptors[0], 4096)
            mark = {"$data": reply.value["id"]}
            table = call("data_file", {"kind": "table", "bytes": 8, "rows": 1, "columns": []}).value["id"]
            mapped = call("answer", {"value": {"rows": {"$data": table}, "a": mark, "n": 1}}).value
            mark = {"$data": call("data_file", {"kind": "ndarray", "bytes": 1, "dtype": "|u1", "shape": [1]}).value["id"]}
            wrong = call("answer", {"value": {"rows": mark, "a": mark, "n": 1}}).value
            print(*said, mapped["accepted"], wrong["accepted"])
            print(mapped["reason"], wrong["reason"])
            """
        let model = model([Self.agent + "lathe.answer(one.status)"], [forged, Self.making])
        try await TestSession.run(model) { session in
            let answer = try await session.engine.ask("x").answer
            #expect(answer == "complete")
            let told = model.requests.filter { $0.place.depth == 1 }.flatMap(\.messages).map { "\($0)" }.joined()
            let codes = "invalid_arguments invalid_arguments invalid_arguments gone False False"
            #expect(told.contains(codes), "\(told)")
            #expect(told.contains("its data is still mapped for writing in this kernel"))
            #expect(told.contains("result.rows must be table, not ndarray"))
        }
    }

    @Test func `a table that is not as it was described is an error where it is taken`() async throws {
        let lying = """
            call = lathe._channel.call
            import os
            def file(**described):
                reply = call("data_file", described)
                os.pwrite(reply.descriptors[0], b"x" * described["bytes"], 0)
                os.close(reply.descriptors[0])
                return {"$data": reply.value["id"]}
            a = file(kind="ndarray", bytes=16, dtype="|O", shape=[2])
            call("answer", {"value": {"rows": file(kind="table", bytes=512, rows=3, columns=[["a", "int64"]]), "a": a, "n": 1}})
            """
        let use = """
            said = []
            for name, use in (("rows", "to_pandas"), ("a", "numpy")):
                try: getattr(one.value[name], use)()
                except lathe.LatheError as error: said.append(error.reason)
            lathe.answer("; ".join(said))
            """
        let model = model([Self.agent + use], [lying])
        try await TestSession.run(model) { session in
            let answer = try await session.engine.ask("x").answer
            #expect(answer.contains("coordinator/maker:2 is not as described"), "\(answer)")
            #expect(answer.contains("'|O' is no plain type"))
        }
    }

    @Test func `a later program run says which cell lacks its data, and does not hand over another's`() async throws {
        let first = model([Self.agent + "rows = one.value['rows'].to_pandas()", "other = 5\nlathe.answer('done')"])
        let events = try await TestSession.run(first) { session in
            let answer = try await session.engine.ask("x").answer
            #expect(answer == "done")
            return await session.journal.events(after: 0)
        }
        let again = """
            one.value["a"].numpy()
            """
        let second = model([
            again, "fresh = lathe.delegate(agent, 'make', data=[1]).outcome()",
            "lathe.answer(f'{other} {\"rows\" in globals()} {fresh.value[\"rows\"].to_pandas().shape}')",
        ])
        try await TestSession.run(second, past: events) { session in
            let answer = try await session.engine.ask("y").answer
            #expect(answer == "5 False (100000, 2)")
            let text = await session.journal.events(after: 0).map { "\($0)" }.joined()
            #expect(text.contains("Cell 1 took a data result of a subtask, which went with the kernel that took it"))
            #expect(second.requests.flatMap(\.messages).map { "\($0)" }.joined().contains("is no longer there"))
        }
    }
}
