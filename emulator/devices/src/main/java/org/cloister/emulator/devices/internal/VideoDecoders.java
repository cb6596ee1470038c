// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloister.emulator.devices.decoder.internal.VideoDecoderModel;
import org.cloister.emulator.soc.Soc;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.VideoDecoder;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.Node;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Puts a video decoder on the board for each node that is compatible with {@value #COMPATIBLE}. */
@Component(service = {})
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.platform.device.VideoDecoder\"")
public final class VideoDecoders {
    /** What such a node is called. */
    static final String COMPATIBLE = "cloister,video-decoder";

    private static final DmaLimits LIMITS = new DmaLimits(40, 16, 64, 1L << 30);

    private record Decoder(VideoDecoderModel model, Map<String, ?> properties) {}

    private final List<Decoder> decoders;
    private final List<ServiceRegistration<?>> services = new ArrayList<>();

    /** Finds the nodes and registers their decoders; FFmpeg is asked for so that it is loaded. */
    @Activate
    public VideoDecoders(BundleContext context, @Reference FfmpegLibraries ffmpeg, @Reference Soc soc,
            @Reference DeviceTree tree) {
        decoders = Devices.nodes(tree, COMPATIBLE).map(node -> decoder(soc, node)).toList();
        decoders.forEach(decoder -> services.add(context.registerService(
                VideoDecoder.class, decoder.model(), FrameworkUtil.asDictionary(decoder.properties()))));
    }

    private static Decoder decoder(Soc soc, Node node) {
        Dma dma = new Dma(Devices.memory(soc, node), LIMITS);
        return new Decoder(new VideoDecoderModel(node.path(), dma), Map.of(
                VideoDecoder.NAME, node.path(), Soc.BOARD, soc.board(),
                PhysicalMemory.INITIATOR, dma.memory().initiator().name()));
    }

    @Deactivate
    void takeOff() {
        services.forEach(ServiceRegistration::unregister);
        decoders.forEach(decoder -> decoder.model().close());
    }
}
