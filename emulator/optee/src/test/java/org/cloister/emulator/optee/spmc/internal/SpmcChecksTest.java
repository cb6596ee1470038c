// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.optee.testing.FfaWorld.assertRefused;
import static org.cloister.emulator.optee.testing.FfaWorld.assertSuccess;
import static org.cloister.emulator.optee.testing.TestMachine.PAGE;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.cloister.emulator.optee.testing.Descriptor;
import org.cloister.emulator.optee.testing.FfaWorld;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaVersion;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Each rule of {@link SpmcChecks} is broken once, by a call in which all else is right: the rule is the one that
 * refuses it, with its status, and nothing has changed. What only the strict personality minds, OP-TEE accepts.
 */
class SpmcChecksTest {
    private static final FfaVersion V = FfaVersion.V1_2;
    private static final int SHARE = FfaFunction.wide(FfaFunction.MEM_SHARE);
    private static final int MAP = FfaFunction.wide(FfaFunction.RXTX_MAP);
    // where things are in a descriptor of FF-A 1.2 with one receiver
    private static final long RECEIVER = 48;
    private static final long COMPOSITE = 80;
    private static final long RANGE = 96;
    private static final long LENGTH = 112;
    private static final long A = TestMachine.FREE;
    private static final long B = A + PAGE;
    private static final long FAR = A + 16 * PAGE;

    /** Breaks a rule. */
    @FunctionalInterface
    private interface Break {
        SmcRegisters on(Scene scene);
    }

    /** Where a rule is broken. */
    private static final class Scene {
        private final TestMachine machine;
        private final FfaWorld world;
        private String state;

        Scene(TestMachine machine) {
            this.machine = machine;
            this.world = new FfaWorld(machine).begin(V);
            ready();
        }

        /** All that comes before the call that breaks the rule was done. */
        void ready() {
            state = machine.state();
        }

        SmcRegisters call(int function, long... arguments) {
            return machine.call(function, arguments);
        }
    }

    /** A rule broken. */
    private record Case(String rule, FfaStatus status, Break call) {}

    // a fragment that is no good is the end of its transaction
    private static final Set<String> ENDS_TRANSACTION =
            Set.of("fragment.mapped", "fragment.fits-tx", "fragment.fits-rest");

    private final List<Case> cases = new ArrayList<>();
    private final List<Case> strict = new ArrayList<>();

    SpmcChecksTest() {
        sending();
        headers();
        composites();
        purposes();
        ranges();
        buffers();
        others();
    }

    private void refuse(String rule, FfaStatus status, Break call) {
        cases.add(new Case(rule, status, call));
    }

    private void refuse(String rule, Descriptor shared) {
        refuse(rule, FfaStatus.INVALID_PARAMETERS, scene -> scene.world.share(shared));
    }

    private void strict(String rule, Break call) {
        strict.add(new Case(rule, FfaStatus.INVALID_PARAMETERS, call));
    }

    private void strict(String rule, Descriptor shared) {
        strict(rule, scene -> scene.world.share(shared));
    }

    private static Descriptor good() {
        return Descriptor.share(V, A);
    }

    private static Break own(long address, long pages, long fragment) {
        return scene -> scene.call(SHARE, fragment, fragment, address, pages);
    }

    private void sending() {
        refuse("send.mbz", FfaStatus.INVALID_PARAMETERS, scene -> {
            scene.world.put(good());
            return scene.call(SHARE, LENGTH, LENGTH, 0, 0, 1);
        });
        refuse("send.fragment-in-total", FfaStatus.INVALID_PARAMETERS, scene -> {
            scene.world.put(good());
            return scene.call(SHARE, LENGTH, LENGTH + 16);
        });
        refuse("send.pages-without-address", FfaStatus.INVALID_PARAMETERS, scene -> {
            scene.world.put(good());
            return scene.call(SHARE, LENGTH, LENGTH, 0, 1);
        });
        refuse("send.tx-mapped", FfaStatus.DENIED, scene -> {
            assertSuccess(scene.call(FfaFunction.RXTX_UNMAP));
            scene.ready();
            return scene.call(SHARE, LENGTH, LENGTH);
        });
        refuse("send.fragment-in-tx", FfaStatus.DENIED, scene ->
                scene.call(SHARE, PAGE + 16, PAGE + 16));
        refuse("send.own-normal", FfaStatus.INVALID_PARAMETERS, own(TestMachine.SECURE_RAM, 1, LENGTH));
        refuse("send.fragment-in-own", FfaStatus.INVALID_PARAMETERS, own(FAR, 1, PAGE + 16));
        refuse("send.own-mappable", FfaStatus.NO_MEMORY, own(FAR, (32 << 20) / PAGE + 1, LENGTH));
        refuse("send.own-aligned", FfaStatus.INVALID_PARAMETERS, own(FAR + 16, 1, LENGTH));
        refuse("send.whole", FfaStatus.INVALID_PARAMETERS, scene -> {
            scene.world.put(good());
            return scene.call(SHARE, LENGTH, LENGTH - 16);
        });
    }

    private void headers() {
        refuse("header.fits", good().length(32));
        refuse("header.attributes-byte", good().u16(2, 0x12F));
        refuse("header.flags-byte", good().u32(4, 0x100));
        refuse("header.receiver-size-byte", good().u32(24, 256));
        refuse("header.receiver-count-byte", good().u32(28, 256));
        refuse("header.receiver-offset-short", good().u32(32, 0x1_0000));
        refuse("header.receiver-offset-aligned", good().u32(32, 56));
        refuse("header.receivers-fit", good().u32(28, 3));
        refuse("header.attributes", good().u16(2, 0x2E));
        refuse("receivers.name-the-os", good().u16(RECEIVER, 0x8002));
        refuse("receivers.permissions", good().u8(RECEIVER + 2, 1));

        strict("header.sender", good().u16(0, 1));
        strict("header.reserved", good().u64(40, 1));
        strict("header.flags", good().u32(4, 4));
        strict("header.receiver-size", good().u32(24, 8));
        // a receiver that lies in the tag of the header, and says where the composite region is
        strict("header.receiver-offset", good().u32(32, 16)
                .u64(16, Descriptor.OS | 2 << 16 | COMPOSITE << 32));
        strict("receivers.alone", Descriptor.sharing(V, Descriptor.OS, 0x8002).range(A, 1));
        strict("receivers.flags", good().u8(RECEIVER + 3, 1));
        strict("receivers.reserved", good().u64(RECEIVER + 24, 1));
    }

    private void composites() {
        refuse("composite.fits", good().u32(RECEIVER + 4, (int) LENGTH - 8));
        refuse("composite.aligned", good().u32(RECEIVER + 4, (int) COMPOSITE + 4));
        refuse("composite.pages", good().u32(COMPOSITE, 0));
        refuse("composite.ranges", good().u32(COMPOSITE + 4, 0));
        refuse("composite.ranges-fit", good().u32(COMPOSITE + 4, 2));

        strict("composite.aligned-16", good().move(COMPOSITE, COMPOSITE + 8, LENGTH - COMPOSITE)
                .u32(RECEIVER + 4, (int) COMPOSITE + 8));
        // a composite region in what of the receiver is implementation defined
        strict("composite.behind", good().move(COMPOSITE, COMPOSITE - 16, LENGTH - COMPOSITE)
                .u32(RECEIVER + 4, (int) COMPOSITE - 16).length(LENGTH - 16));
        strict("composite.reserved", good().u64(COMPOSITE + 8, 1));
        strict("composite.end", good().length(LENGTH + 16));
    }

    private void purposes() {
        refuse("purpose.handle", FfaStatus.NO_MEMORY, scene -> scene.world.share(good().u64(8, 5)));
        refuse("purpose.use-case", FfaStatus.NO_MEMORY,
                scene -> scene.world.lend(Descriptor.lend(V, 9, A, 1)));
        strict("purpose.lend-protects", scene -> scene.world.lend(Descriptor.lend(V, 0, A, 1)));
        strict("purpose.handle-zero", good().u64(8, -1));
    }

    private void ranges() {
        refuse("range.pages-in-total", good().u32(RANGE + 8, 2));
        refuse("range.normal", Descriptor.share(V, TestMachine.SECURE_RAM));
        refuse("range.contiguous", FfaStatus.INVALID_PARAMETERS,
                scene -> scene.world.lend(Descriptor.lending(V, 1).range(A, 1).range(FAR, 1)));
        refuse("ranges.total", good().u32(COMPOSITE, 2));

        strict("range.pages", Descriptor.sharing(V).range(A, 1).range(B, 0));
        strict("range.aligned", Descriptor.share(V, A + 8));
        strict("range.reserved", good().u32(RANGE + 12, 1));
        strict("range.once", Descriptor.sharing(V).range(A, 2).range(B, 1));
    }

    private void buffers() {
        Break unmap = scene -> scene.call(FfaFunction.RXTX_UNMAP);
        refuse("map.pages-reserved", FfaStatus.INVALID_PARAMETERS,
                after(unmap, scene -> scene.call(MAP, A, B, 0x41)));
        refuse("map.pages", FfaStatus.INVALID_PARAMETERS,
                after(unmap, scene -> scene.call(MAP, A, B, 0)));
        refuse("map.once", FfaStatus.DENIED, scene -> scene.call(MAP, A, B, 1));
        refuse("map.tx", FfaStatus.INVALID_PARAMETERS,
                after(unmap, scene -> scene.call(MAP, A + 8, B, 1)));
        refuse("map.rx", FfaStatus.INVALID_PARAMETERS,
                after(unmap, scene -> scene.call(MAP, A, TestMachine.SECURE_RAM, 1)));
        strict("map.mbz", after(unmap, scene -> scene.call(MAP, A, B, 1, 1)));
        strict("map.apart", after(unmap, scene -> scene.call(MAP, A, B, 2)));
        refuse("unmap.mapped", FfaStatus.INVALID_PARAMETERS, after(unmap, unmap));
        refuse("release.owned", FfaStatus.DENIED, scene -> scene.world.release());
    }

    private static Break after(Break first, Break second) {
        return scene -> {
            assertSuccess(first.on(scene));
            scene.ready();
            return second.on(scene);
        };
    }

    private void others() {
        refuse("reclaim.mbz", FfaStatus.INVALID_PARAMETERS, scene -> {
            long handle = FfaWorld.handle(scene.world.share(good()));
            scene.ready();
            return scene.call(FfaFunction.MEM_RECLAIM, handle, handle >>> 32, 1);
        });
        strict("call.mbz", scene -> scene.call(FfaFunction.ID_GET, 1));
        strict("partitions.flags", scene -> scene.call(FfaFunction.PARTITION_INFO_GET, 0, 0, 0, 0, 3));
        strict("partitions.mbz", scene -> scene.call(FfaFunction.PARTITION_INFO_GET, 0, 0, 0, 0, 1, 1));
        strict("direct.sender", scene -> scene.call(FfaFunction.DIRECT_REQUEST, 1 << 16 | Descriptor.OS));
        strict("direct.mbz", scene -> scene.call(FfaFunction.DIRECT_REQUEST, Descriptor.OS, 1));

        refuse("bitmap.mbz", FfaStatus.INVALID_PARAMETERS,
                scene -> scene.call(FfaFunction.NOTIFICATION_BITMAP_CREATE, 0, 2, 1));
        refuse("bind.mbz", FfaStatus.INVALID_PARAMETERS, scene ->
                scene.call(FfaFunction.NOTIFICATION_BIND, (long) Descriptor.OS << 16, 0, 1, 0, 1));
        refuse("bind.global", FfaStatus.DENIED, scene ->
                scene.call(FfaFunction.NOTIFICATION_BIND, (long) Descriptor.OS << 16, 1, 1));
        refuse("unbind.mbz", FfaStatus.INVALID_PARAMETERS, scene ->
                scene.call(FfaFunction.NOTIFICATION_UNBIND, (long) Descriptor.OS << 16, 1, 1));
        refuse("get.mbz", FfaStatus.INVALID_PARAMETERS,
                scene -> scene.call(FfaFunction.NOTIFICATION_GET, 0, 1, 0, 0, 1));
        refuse("info.mbz", FfaStatus.INVALID_PARAMETERS,
                scene -> scene.call(FfaFunction.NOTIFICATION_INFO_GET, 1));

        fragments();
    }

    private void fragments() {
        refuse("fragment.in-tx", FfaStatus.INVALID_PARAMETERS, scene ->
                scene.call(SHARE, LENGTH, LENGTH - 16, FAR, 1));
        refuse("fragment.total-aligned", FfaStatus.NO_MEMORY, scene -> begin(scene, LENGTH + 8));
        refuse("fragment.total-bounded", FfaStatus.NO_MEMORY, scene ->
                begin(scene, (1 << 20) + 16));
        refuse("fragment.header", FfaStatus.INVALID_PARAMETERS, scene -> {
            scene.world.put(good());
            return scene.call(SHARE, LENGTH, 32);
        });
        refuse("fragment.receivers", FfaStatus.INVALID_PARAMETERS, scene -> {
            scene.world.put(good().u32(28, 0));
            return scene.call(SHARE, LENGTH, LENGTH - 16);
        });
        refuse("fragment.handle", FfaStatus.INVALID_PARAMETERS,
                scene -> scene.call(FfaFunction.MEM_FRAG_TX, 7, 0, 16, 0));
        refuse("fragment.sender", FfaStatus.INVALID_PARAMETERS, scene ->
                next(scene, begin(scene, LENGTH), 16, 1 << 16));
        refuse("fragment.mapped", FfaStatus.INVALID_PARAMETERS, scene -> {
            SmcRegisters begun = begin(scene, LENGTH);
            assertSuccess(scene.call(FfaFunction.RXTX_UNMAP));
            return next(scene, begun, 16, 0);
        });
        refuse("fragment.fits-tx", FfaStatus.INVALID_PARAMETERS, scene ->
                next(scene, begin(scene, 2 * PAGE), PAGE + 16, 0));
        refuse("fragment.fits-rest", FfaStatus.INVALID_PARAMETERS, scene ->
                next(scene, begin(scene, LENGTH), 32, 0));
    }

    private static SmcRegisters begin(Scene scene, long total) {
        scene.world.put(good());
        return scene.call(SHARE, total, LENGTH - 16);
    }

    private static SmcRegisters next(Scene scene, SmcRegisters begun, long length, long sender) {
        assertThat(begun.w(0)).as("%s", begun).isEqualTo(FfaFunction.MEM_FRAG_RX);
        scene.ready();
        return scene.call(FfaFunction.MEM_FRAG_TX, begun.x(1), begun.x(2), length, sender);
    }

    @TestFactory
    Stream<DynamicTest> aBrokenRuleRefuses() {
        return cases.stream().map(one -> DynamicTest.dynamicTest(one.rule(), () -> {
            TestMachine.Plan plan = TestMachine.ffa();
            try (TestMachine machine = (one.rule().startsWith("fragment") ? plan.fragments() : plan).boot()) {
                refused(one, machine);
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> aStrictRuleRefusesWhereItApplies() {
        return strict.stream().map(one -> DynamicTest.dynamicTest(one.rule(), () -> {
            try (TestMachine machine = TestMachine.ffa().strict().boot()) {
                refused(one, machine);
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> opteeIsLaxAboutStrictRules() {
        return strict.stream().map(one -> DynamicTest.dynamicTest(one.rule(), () -> {
            try (TestMachine machine = TestMachine.ffa().boot()) {
                SmcRegisters answer = one.call().on(new Scene(machine));
                assertThat(answer.w(0)).as("%s", answer).isNotEqualTo(FfaFunction.ERROR);
                assertThat(machine.firmware().lastBrokenRule()).isEmpty();
            }
        }));
    }

    private static void refused(Case one, TestMachine machine) {
        var scene = new Scene(machine);
        SmcRegisters answer = one.call().on(scene);
        assertRefused(answer, one.status());
        assertThat(machine.firmware().lastBrokenRule()).isEqualTo(one.rule());
        if (!ENDS_TRANSACTION.contains(one.rule())) {
            assertThat(machine.state()).isEqualTo(scene.state);
        }
    }

    @Test
    void everyRuleIsBrokenHere() {
        Set<String> broken = new HashSet<>();
        cases.forEach(one -> broken.add(one.rule()));
        strict.forEach(one -> broken.add(one.rule()));
        assertThat(Arrays.stream(SpmcChecks.class.getDeclaredFields())
                .flatMap(SpmcChecksTest::rules)
                .map(Check::name)).isNotEmpty().allSatisfy(name -> assertThat(broken).contains(name));
    }

    @Test
    void everyRuleIsStrictWhereItsCaseSaysSo() {
        Set<String> strictRules = new HashSet<>();
        Arrays.stream(SpmcChecks.class.getDeclaredFields()).flatMap(SpmcChecksTest::rules)
                .filter(Check::strictOnly).forEach(check -> strictRules.add(check.name()));
        assertThat(strict).extracting(Case::rule).containsExactlyInAnyOrderElementsOf(strictRules);
    }

    private static Stream<Check<?>> rules(Field field) {
        try {
            return field.get(null) instanceof CheckList<?> list ? list.checks().stream().map(check -> check)
                    : Stream.empty();
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
