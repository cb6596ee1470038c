// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntConsumer;
import org.cloister.heap.DmaBuf;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeOperation;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;
import org.cloister.tee.TeeVersion;

/** A trusted OS between the driver and the real one, which counts, answers otherwise, and fails as a test says. */
final class DisturbedTee implements Tee {
    /** What an answer is turned into. */
    interface Change {
        TeeResult of(int command, TeeResult answer);
    }

    private final Tee tee;
    final List<UUID> opened = new ArrayList<>();
    final List<Integer> commands = new ArrayList<>();
    Optional<UUID> told = Optional.empty();
    Runnable opening = () -> { };
    IntConsumer before = command -> { };
    Change change = (command, answer) -> answer;

    DisturbedTee(Tee tee) {
        this.tee = tee;
    }

    /** An answer with other numbers in a parameter. */
    static TeeResult with(TeeResult answer, int index, int a, int b) {
        List<Param> params = new ArrayList<>(answer.params());
        params.set(index, new Param.Value(a, b, Direction.OUTPUT));
        return new TeeResult(answer.code(), answer.origin(), params);
    }

    /** The trusted OS as it comes back. */
    DisturbedTee again() {
        return new DisturbedTee(tee);
    }

    @Override
    public String id() {
        return tee.id();
    }

    @Override
    public TeeVersion version() {
        return tee.version();
    }

    /** What the real one answers. */
    Optional<UUID> really() {
        return tee.memoryApplication();
    }

    @Override
    public Optional<UUID> memoryApplication() {
        return told;
    }

    @Override
    public TeeSession open(UUID application, Login login, Param... params) {
        opened.add(application);
        opening.run();
        TeeSession session = tee.open(application, login, params);
        return new TeeSession() {
            @Override
            public UUID application() {
                return session.application();
            }

            @Override
            public TeeResult invoke(int command, TeeOperation operation) {
                commands.add(command);
                before.accept(command);
                return change.of(command, session.invoke(command, operation));
            }

            @Override
            public void close() {
                session.close();
            }
        };
    }

    @Override
    public SharedMemory allocate(long size, Direction direction) {
        return tee.allocate(size, direction);
    }

    @Override
    public SharedMemory register(DmaBuf buffer, Direction direction) {
        return tee.register(buffer, direction);
    }
}
