// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.emulator.optee.TaSession;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.tee.TeeCode;

/** A trusted application whose commands a test gives, and which counts what happens to it. */
public final class TestApplication implements TrustedApplication {
    /** What it does. */
    @FunctionalInterface
    public interface Command {
        /** Serves a command. */
        int serve(int command, TaCall call);
    }

    /** Instances made. */
    public final AtomicInteger created = new AtomicInteger();
    /** Instances ended. */
    public final AtomicInteger destroyed = new AtomicInteger();
    /** Sessions opened. */
    public final AtomicInteger opened = new AtomicInteger();
    /** Sessions closed. */
    public final AtomicInteger closed = new AtomicInteger();

    private final UUID uuid;
    private final Set<TaFlag> flags;
    private final Command command;
    private Command opening = (ignored, call) -> TeeCode.SUCCESS;

    /** Makes an application. */
    public TestApplication(long id, Command command, TaFlag... flags) {
        this.uuid = new UUID(0x1122_3344_5566_7788L, id);
        this.flags = Set.of(flags);
        this.command = command;
    }

    /** Says what happens when a session is opened. */
    public TestApplication opening(Command how) {
        opening = how;
        return this;
    }

    @Override
    public UUID uuid() {
        return uuid;
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public Set<TaFlag> flags() {
        return flags;
    }

    @Override
    public TaInstance create(TaPlatform platform) {
        created.incrementAndGet();
        return new TaInstance() {
            @Override
            public TaSession open(TaCall call) {
                opening.serve(0, call);
                opened.incrementAndGet();
                return new TaSession() {
                    @Override
                    public int invoke(int number, TaCall inner) {
                        return command.serve(number, inner);
                    }

                    @Override
                    public void close() {
                        closed.incrementAndGet();
                    }
                };
            }

            @Override
            public void destroy() {
                destroyed.incrementAndGet();
            }
        };
    }
}
