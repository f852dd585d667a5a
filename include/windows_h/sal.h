#pragma once

// Annotations for Microsoft's code analysis.
#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_reads_(n)
#define _In_reads_opt_(n)
#define _In_reads_bytes_(n)
#define _Inout_
#define _Inout_opt_
#define _Out_
#define _Out_opt_
#define _Out_writes_(n)
#define _Out_writes_opt_(n)
#define _Out_writes_z_(n)
#define _Outptr_
#define _Outptr_opt_
#define _Reserved_
#define _Ret_maybenull_
#define _Success_(x)
#define _Check_return_
#define _Must_inspect_result_
