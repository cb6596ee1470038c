// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TrustedApplication;

/**
 * An instance of a trusted application with what the trusted OS keeps about it. All fields are guarded by the lock of
 * {@link TaManager}, but for the instance, which whoever set the context busy has to himself.
 */
final class TaContext {
    private final UUID uuid;
    private final String name;
    private final Set<TaFlag> flags;
    /** Sessions that this instance has with other applications. */
    final SessionList peers = new SessionList();
    // empty once it is withdrawn or panicked, so that nothing keeps its class loader
    private Optional<TrustedApplication> application;
    private Optional<TaInstance> instance = Optional.empty();
    int sessions;
    boolean busy;

    TaContext(TrustedApplication application) {
        this.uuid = application.uuid();
        this.name = application.name();
        this.flags = Set.copyOf(application.flags());
        this.application = Optional.of(application);
    }

    UUID uuid() {
        return uuid;
    }

    String name() {
        return name;
    }

    boolean is(TaFlag flag) {
        return flags.contains(flag);
    }

    /** Tells whether it panicked or was withdrawn: no call enters it any more. */
    boolean isDead() {
        return application.isEmpty();
    }

    /** Tells whether it is an instance of this very application. */
    boolean isOf(TrustedApplication candidate) {
        return application.filter(mine -> mine == candidate).isPresent();
    }

    /** The instance, made when it is entered first. */
    TaInstance instance(ManagedMemory memory) {
        if (instance.isEmpty()) {
            TrustedApplication made = application.orElseThrow();
            instance = Optional.of(made.create(memory.platform(made)));
        }
        return instance.get();
    }

    /** Takes the instance out, for it to be destroyed. */
    Optional<TaInstance> removeInstance() {
        Optional<TaInstance> removed = instance;
        instance = Optional.empty();
        return removed;
    }

    void die() {
        application = Optional.empty();
        instance = Optional.empty();
    }
}
