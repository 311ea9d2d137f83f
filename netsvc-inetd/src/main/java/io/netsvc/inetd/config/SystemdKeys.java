package io.netsvc.inetd.config;

import io.netsvc.text.NearWords;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The sections and keys of the unit files of systemd 257, and what there is to say of those without a meaning here. */
final class SystemdKeys {
  private static final Set<String> EXEC =
      words(
          """
          WorkingDirectory RootDirectory RootImage RootImageOptions RootEphemeral RootHash RootHashSignature RootVerity
          RootImagePolicy MountImagePolicy ExtensionImagePolicy MountAPIVFS BindLogSockets ProtectProc ProcSubset
          BindPaths BindReadOnlyPaths MountImages ExtensionImages ExtensionDirectories User Group DynamicUser
          SupplementaryGroups SetLoginEnvironment PAMName CapabilityBoundingSet AmbientCapabilities NoNewPrivileges
          SecureBits SELinuxContext AppArmorProfile SmackProcessLabel LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitCORE
          LimitRSS LimitNOFILE LimitAS LimitNPROC LimitMEMLOCK LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE
          LimitRTPRIO LimitRTTIME UMask CoredumpFilter KeyringMode OOMScoreAdjust TimerSlackNSec Personality
          IgnoreSIGPIPE Nice CPUSchedulingPolicy CPUSchedulingPriority CPUSchedulingResetOnFork CPUAffinity NUMAPolicy
          NUMAMask IOSchedulingClass IOSchedulingPriority ProtectSystem ProtectHome RuntimeDirectory StateDirectory
          CacheDirectory LogsDirectory ConfigurationDirectory RuntimeDirectoryMode StateDirectoryMode
          CacheDirectoryMode LogsDirectoryMode ConfigurationDirectoryMode RuntimeDirectoryPreserve TimeoutCleanSec
          ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths TemporaryFileSystem PrivateTmp
          PrivateDevices PrivateNetwork NetworkNamespacePath PrivateIPC IPCNamespacePath MemoryKSM PrivatePIDs
          PrivateUsers ProtectHostname ProtectClock ProtectKernelTunables ProtectKernelModules ProtectKernelLogs
          ProtectControlGroups RestrictAddressFamilies RestrictFileSystems RestrictNamespaces LockPersonality
          MemoryDenyWriteExecute RestrictRealtime RestrictSUIDSGID RemoveIPC PrivateMounts MountFlags SystemCallFilter
          SystemCallErrorNumber SystemCallArchitectures SystemCallLog Environment EnvironmentFile PassEnvironment
          UnsetEnvironment StandardInput StandardOutput StandardError StandardInputText StandardInputData LogLevelMax
          LogExtraFields LogRateLimitIntervalSec LogRateLimitBurst LogFilterPatterns LogNamespace SyslogIdentifier
          SyslogFacility SyslogLevel SyslogLevelPrefix TTYPath TTYReset TTYVHangup TTYColumns TTYRows TTYVTDisallocate
          LoadCredential LoadCredentialEncrypted ImportCredential SetCredential SetCredentialEncrypted UtmpIdentifier
          UtmpMode KillMode KillSignal RestartKillSignal SendSIGHUP SendSIGKILL FinalKillSignal WatchdogSignal Slice
          Delegate DelegateSubgroup CPUAccounting CPUWeight StartupCPUWeight CPUQuota CPUQuotaPeriodSec AllowedCPUs
          AllowedMemoryNodes MemoryAccounting MemoryMin MemoryLow MemoryHigh MemoryMax MemorySwapMax MemoryZSwapMax
          MemoryLimit TasksAccounting TasksMax IOAccounting IOWeight IODeviceWeight IOReadBandwidthMax
          IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax IODeviceLatencyTargetSec IPAccounting IPAddressAllow
          IPAddressDeny SocketBindAllow SocketBindDeny RestrictNetworkInterfaces NFTSet IPIngressFilterPath
          IPEgressFilterPath BPFProgram DeviceAllow DevicePolicy ManagedOOMSwap ManagedOOMMemoryPressure
          ManagedOOMMemoryPressureLimit ManagedOOMPreference MemoryPressureWatch MemoryPressureThresholdSec
          CoredumpReceive CPUShares BlockIOWeight
          """);

  private static final Map<String, Set<String>> KEYS =
      Map.of(
          "Socket",
          with(
              EXEC,
              """
              ListenStream ListenDatagram ListenSequentialPacket ListenFIFO ListenSpecial ListenNetlink
              ListenMessageQueue ListenUSBFunction SocketProtocol BindIPv6Only Backlog BindToDevice SocketUser
              SocketGroup SocketMode DirectoryMode Accept Writable FlushPending MaxConnections
              MaxConnectionsPerSource KeepAlive KeepAliveTimeSec KeepAliveIntervalSec KeepAliveProbes NoDelay Priority
              DeferAcceptSec ReceiveBuffer SendBuffer IPTOS IPTTL Mark ReusePort SmackLabel SmackLabelIPIn
              SmackLabelIPOut SELinuxContextFromNet PipeSize MessageQueueMaxMessages MessageQueueMessageSize FreeBind
              Transparent Broadcast PassCredentials PassPIDFD PassSecurity PassPacketInfo Timestamping TCPCongestion
              ExecStartPre ExecStartPost ExecStopPre ExecStopPost TimeoutSec Service RemoveOnStop Symlinks
              FileDescriptorName TriggerLimitIntervalSec TriggerLimitBurst PollLimitIntervalSec PollLimitBurst
              PassFileDescriptorsToExec
              """),
          "Service",
          with(
              EXEC,
              """
              Type ExitType RemainAfterExit GuessMainPID PIDFile BusName ExecStart ExecStartPre ExecStartPost
              ExecCondition ExecReload ExecStop ExecStopPost RestartSec RestartSteps RestartMaxDelaySec TimeoutStartSec
              TimeoutStopSec TimeoutAbortSec TimeoutSec TimeoutStartFailureMode TimeoutStopFailureMode RuntimeMaxSec
              RuntimeRandomizedExtraSec WatchdogSec Restart RestartMode SuccessExitStatus RestartPreventExitStatus
              RestartForceExitStatus RootDirectoryStartOnly NonBlocking NotifyAccess Sockets FileDescriptorStoreMax
              FileDescriptorStorePreserve USBFunctionDescriptors USBFunctionStrings OOMPolicy OpenFile ReloadSignal
              """),
          "Unit",
          words(
              """
              Description Documentation Wants Requires Requisite BindsTo PartOf Upholds Conflicts Before After OnFailure
              OnSuccess PropagatesReloadTo ReloadPropagatedFrom PropagatesStopTo StopPropagatedFrom JoinsNamespaceOf
              RequiresMountsFor WantsMountsFor OnSuccessJobMode OnFailureJobMode IgnoreOnIsolate StopWhenUnneeded
              RefuseManualStart RefuseManualStop AllowIsolate DefaultDependencies SurviveFinalKillSignal CollectMode
              FailureAction SuccessAction FailureActionExitStatus SuccessActionExitStatus JobTimeoutSec
              JobRunningTimeoutSec JobTimeoutAction JobTimeoutRebootArgument StartLimitIntervalSec StartLimitBurst
              StartLimitAction RebootArgument SourcePath
              """),
          "Install", words("Alias WantedBy RequiredBy UpheldBy Also DefaultInstance"));

  private SystemdKeys() {}

  private static Set<String> words(String text) {
    return new LinkedHashSet<>(List.of(text.strip().split("\\s+")));
  }

  private static Set<String> with(Set<String> some, String more) {
    var all = words(more);
    all.addAll(some);
    return all;
  }

  /** Returns whether a key says when a unit starts, which nobody asks here, or only what it is. */
  static boolean isQuiet(String section, String key) {
    boolean known = KEYS.getOrDefault(section, Set.of()).contains(key);
    return section.startsWith("X-") || key.startsWith("X-") || (known && (section.equals("Unit") || section.equals("Install")));
  }

  /** Returns what there is to say of a key that is not followed. */
  static String unfollowed(String section, String key) {
    var known = KEYS.get(section);
    if (known == null) {
      return Word.shown(key) + " is in the section " + Word.shown(section) + ", which has no meaning here";
    }
    boolean condition = section.equals("Unit") && (key.startsWith("Condition") || key.startsWith("Assert"));
    if (known.contains(key) || condition) {
      return Word.shown(key) + " has no meaning here";
    }
    return "read " + Word.shown(key) + ", which systemd does not have in [" + section + "]"
        + NearWords.of(key, known).stream().findFirst().map(near -> "; expected perhaps " + near).orElse("");
  }
}
